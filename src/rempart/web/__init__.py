"""The site: two faces (public, desk), a signer and a worker on one data folder. With `cli`, the only package that meets the world."""
