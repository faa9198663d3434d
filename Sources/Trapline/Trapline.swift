// Trapline
