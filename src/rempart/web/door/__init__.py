"""What is received: sealed rows, their leaves and the reporters' mailboxes. The public process inserts here and cannot open."""
