"""Same and near-same material: for now texts told twice; it proposes, a person judges."""
