"""How a run speaks: Dagster's console for the UI, and one quiet logger that `crm run` turns into sentences."""

import logging

import dagster as dg

CRM = "crm.run"


@dg.logger
def crm_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Hands every event of the run to whoever listens to the Python logger crm.run."""
    logger = logging.getLogger(CRM)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    return logger


@dg.definitions
def loggers() -> dg.Definitions:
    return dg.Definitions(loggers={"console": dg.colored_console_logger, "crm": crm_logger})
