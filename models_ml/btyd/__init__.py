"""Buy-till-you-die models: how many orders are still to come from customers who never say goodbye.

Here belong the likelihoods, their maximisation and the closed forms that follow from them: BG/NBD and MBG/NBD
(`beta_geometric`), Pareto/NBD (`pareto`), and the spend of an order (`gamma_gamma`). What a business makes of them
(seasons, intervals, gates) stands in `models_ml.value` and `models_ml.churn`.
"""
