"""Language models: which provider serves which model, and how it is asked. On our own client (net/), no provider's SDK.

models.py             the models that AutoGPT's blocks name, with their limits and prices (models.tsv)
providers.py          the providers that this server has, and which of them a model runs on
chat.py               what is asked and what comes back
openai_compatible.py  the API that all of them speak
failures.py           their many ways to say no, as errors that say what to do
"""
