"""The support agent's workshop: corpora and written knowledge in; its model, its knowledge base, and figures of how good they are, out."""
