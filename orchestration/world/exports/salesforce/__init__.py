"""The CRM, as Salesforce's weekly Data Export writes it: one file an object, each the whole object that morning."""
