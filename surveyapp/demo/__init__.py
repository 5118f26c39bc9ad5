"""The demo: a made-up organisation taken through the whole story. Everything says simulated."""
