"""The agents of the library as AutoGPT's clients see them."""
