"""One chair in depth: header, numbers, actions and the page that holds them."""
