"""What crosses the network: other hosts, redirects, headers, transport."""
