"""The verbs of `crm`, one module each: arguments in, sentences out. What they do stands in the modules they call."""
