"""Whether a model answers on this computer: the Ollama of [llm.providers.ollama]."""
