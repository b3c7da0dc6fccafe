"""What the desk's pages read: ordered explicitly, bounded, and never written."""
