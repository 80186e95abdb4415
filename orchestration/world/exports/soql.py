"""Salesforce's own spelling, in the dialect of a SOQL dump: UTF-8 with BOM, API names as headers, ids of 18 characters,
times with milliseconds and +0000, true written 1 and false left empty. What the cells mean stands in salesforce.py.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.world.seasons import Calendar

ENCODING = "utf-8-sig"
PERSON = "LastName,FirstName,Salutation,Name,Title,Phone,Email,LeadSource"
COLUMNS = {
    "Account": "Name,Type,MasterRecordId,ParentId,BillingStreet,BillingCity,BillingState,BillingPostalCode,"
    "BillingCountry,Phone,Website,Industry,AnnualRevenue,NumberOfEmployees,AccountSource",
    "Contact": f"AccountId,MasterRecordId,{PERSON},MobilePhone,HomePhone,Department,MailingStreet,MailingCity,"
    "MailingState,MailingPostalCode,MailingCountry,Birthdate,HasOptedOutOfEmail,DoNotCall,IndividualId",
    "Lead": f"MasterRecordId,{PERSON},Company,Street,City,State,PostalCode,Country,Status,Industry,Rating,IsConverted,"
    "ConvertedDate,ConvertedAccountId,ConvertedContactId,ConvertedOpportunityId",
    "Opportunity": "AccountId,Name,StageName,Amount,Probability,CloseDate,Type,LeadSource,IsClosed,IsWon,"
    "ForecastCategoryName,CampaignId",
    "Case": "CaseNumber,ContactId,AccountId,SuppliedName,SuppliedEmail,SuppliedPhone,Type,Status,Reason,Origin,Subject,"
    "Priority,IsClosed,ClosedDate,IsEscalated",
    "Campaign": "Name,ParentId,Type,Status,StartDate,EndDate,ExpectedRevenue,BudgetedCost,ActualCost,IsActive",
    "CampaignMember": "CampaignId,LeadId,ContactId,Status,HasResponded,FirstRespondedDate",
    "Task": "WhoId,WhatId,Subject,ActivityDate,Status,Priority,AccountId,IsClosed,CallDurationInSeconds,CallType,"
    "TaskSubtype",
}
SYSTEM_COLUMNS = ["IsDeleted", "OwnerId", "CreatedDate", "LastModifiedDate", "SystemModstamp"]
PREFIXES = {
    **{"Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006", "Case": "500", "User": "005"},
    **{"Campaign": "701", "CampaignMember": "00v", "Task": "00T"},
}


def salesforce_id(name: str, number: int) -> str:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = alphabet[digit] + text
    return with_checks(f"{PREFIXES[name]}Ex{text:0>10}")


def with_checks(short: str) -> str:
    """A case-sensitive id of 15 characters, and three more that say which of them are capitals."""
    checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    fives = (short[0:5], short[5:10], short[10:15])
    return short + "".join(checks[sum(letter.isupper() << i for i, letter in enumerate(five))] for five in fives)


def ids(name: str, numbers: pd.Series) -> pd.Series:
    return numbers.map(lambda number: salesforce_id(name, int(number)), na_action="ignore")


def flag(values: npt.ArrayLike) -> npt.NDArray[np.str_]:
    return np.where(values, "1", "")


def times(moments: pd.Series, calendar: Calendar) -> pd.Series:
    moment = pd.Series(calendar.timestamps(moments.fillna(0)), moments.index)
    return moment.dt.strftime("%Y-%m-%dT%H:%M:%S.000+0000").where(moments.notna())


def table(name: str, rows: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    changed = times(rows["changed" if "changed" in rows else "created"], calendar)
    rows = rows.assign(
        OwnerId=salesforce_id("User", 1),
        CreatedDate=times(rows["created"], calendar),
        LastModifiedDate=changed,
        SystemModstamp=changed,
    )
    return rows.sort_values("Id").reindex(columns=["Id", *COLUMNS[name].split(","), *SYSTEM_COLUMNS])
