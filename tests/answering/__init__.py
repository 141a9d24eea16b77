"""What a program that speaks the Model Context Protocol is answered."""
