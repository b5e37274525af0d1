"""What joins several families of metrics: areas beside one another, and figures adjusted for their mix."""
