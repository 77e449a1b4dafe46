"""The store's door over HTTP: browsers see its videos and pictures through it, and upload files."""
