"""Tables, no logic: what the names of Flask, its extensions and the libraries around them mean."""
