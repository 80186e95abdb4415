"""The CRM of the sales team: eight objects, each delivery all of them as they stood that morning. How Salesforce
spells ids, times and truth stands in soql.py.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from orchestration.world import names
from orchestration.world.dice import Dice
from orchestration.world.exports import soql
from orchestration.world.exports.delivery import Delivery, Export, full_days, records
from orchestration.world.lives import Lives
from orchestration.world.people import person_ids, written_phone
from orchestration.world.sales import SECOND_CONTACT, Sales
from orchestration.world.seasons import Calendar


def export(people: pd.DataFrame, lives: Lives, sales: Sales, calendar: Calendar, dice: Dice) -> Export:
    written = []
    for day in full_days(calendar.end):
        crm = _Morning(people, lives, sales, calendar, dice, day)
        objects = {
            "Account": crm.accounts(),
            "Contact": crm.contacts(),
            "Lead": crm.leads(),
            "Opportunity": crm.opportunities(),
            "Case": crm.cases(),
            "Campaign": crm.campaigns(),
            "CampaignMember": crm.campaign_members(),
            "Task": crm.tasks(),
        }
        for name, rows in objects.items():
            written.append(Delivery("salesforce", day, f"{name}.csv", soql.table(name, rows, calendar), soql.ENCODING))
    companies = pd.Series(sales.deals["company"].unique())
    contacts, leads = soql.ids("Contact", sales.contacts["number"]), soql.ids("Lead", sales.leads["person"])
    behind = [
        records("salesforce", "contact", contacts, person_ids(sales.contacts["person"])),
        records("salesforce", "lead", leads, person_ids(sales.leads["person"])),
        records("salesforce", "account", soql.ids("Account", companies), companies.map("C{:06d}".format)),
    ]
    return Export(written, pd.concat(behind))


@dataclass(frozen=True)
class _Morning:
    """The CRM when `day` began. A method gives one object's filled columns, and `created`, `changed` as moments."""

    people: pd.DataFrame
    lives: Lives
    sales: Sales
    calendar: Calendar
    dice: Dice
    day: date

    def accounts(self) -> pd.DataFrame:
        number = pd.Series(self.sales.deals["company"].unique())
        homes = self.people.groupby("company")[["city", "country"]].first()
        word = self._choice("company", names.COMPANY_WORDS, number)
        return pd.DataFrame(
            {
                "Id": soql.ids("Account", number),
                "Name": [f"{w[0]}{n}号贸易有限公司 {w[1]} Trading {n}" for n, w in zip(number, word, strict=True)],
                "Type": "Customer",
                "BillingCity": number.map(homes["city"]),
                "BillingCountry": number.map(homes["country"]),
                "Website": "https://company" + number.astype(str) + ".example",
                "Industry": self._choice("industry", names.INDUSTRIES, number),
                "NumberOfEmployees": self.dice.whole("employees", 5, 800, number),
                "created": -60.0,
            }
        )

    def contacts(self) -> pd.DataFrame:
        rows = self._known(self.sales.contacts)
        number, has_changed = rows["number"], self._is_past(rows["changed_at"])
        who = self.people.loc[rows["person"]].set_index(rows.index)
        is_second = number >= SECOND_CONTACT
        email = who["email"].mask(has_changed, who["second_email"]).where(~is_second)
        return pd.DataFrame(
            {
                "Id": soql.ids("Contact", number),
                "AccountId": soql.ids("Account", who["company"].where(who["is_business"])),
                "LastName": who["surname"],
                "FirstName": who["given_name"],
                "Name": who["full_name"].mask(is_second, who["latin_name"]),
                "Email": email.mask(self.dice.happens("writes capitals", 0.1, number), email.str.upper()),
                "MobilePhone": self._phones("phone in the CRM", who, number),
                "MailingCity": who["city"],
                "MailingCountry": who["country"],
                "HasOptedOutOfEmail": soql.flag(self.dice.happens("opts out", 0.1, number)),
                "IsDeleted": soql.flag(has_changed & self.dice.happens("is deleted", 0.1, number)),
                "created": rows["at"],
                "changed": rows["changed_at"].where(has_changed, rows["at"]),
            }
        )

    def leads(self) -> pd.DataFrame:
        rows = self._known(self.sales.leads)
        person, is_converted = rows["person"], self._is_past(rows["converted_at"])
        who = self.people.loc[person].set_index(rows.index)
        status = pd.Series(self._choice("lead status", ["New", "Working"], person), rows.index)
        return pd.DataFrame(
            {
                "Id": soql.ids("Lead", person),
                "LastName": who["surname"],
                "FirstName": who["given_name"],
                "Name": who["full_name"],
                "Email": who["email"],
                "Phone": self._phones("phone on the form", who, person).where(self.dice.happens("phone", 0.7, person)),
                "LeadSource": self._choice("lead source", ["Web", "Fair 展会", "Partner"], person),
                "City": who["city"],
                "Country": who["country"],
                "Status": status.mask(is_converted, "Qualified"),
                "IsConverted": soql.flag(is_converted),
                "ConvertedDate": self._days(rows["converted_at"].where(is_converted)),
                "ConvertedContactId": soql.ids("Contact", person.where(is_converted)),
                "ConvertedAccountId": soql.ids("Account", who["company"].where(is_converted & who["is_business"])),
                "created": rows["at"],
                "changed": rows["converted_at"].where(is_converted, rows["at"]),
            }
        )

    def opportunities(self) -> pd.DataFrame:
        rows = self._known(self.sales.deals)
        is_closed = self._is_past(rows["closes_at"])
        is_won = is_closed & rows["is_won"]
        return pd.DataFrame(
            {
                "Id": soql.ids("Opportunity", 3 * rows["company"] + rows["deal"]),
                "AccountId": soql.ids("Account", rows["company"]),
                "Name": "年度采购 Yearly supply " + (rows["deal"] + 1).astype(str),
                "StageName": np.select([is_won, is_closed], ["Closed Won", "Closed Lost"], "Proposal/Price Quote"),
                "Amount": rows["amount"],
                "Probability": np.select([is_won, is_closed], [100, 0], 60),
                "CloseDate": self._days(rows["closes_at"]),
                "IsClosed": soql.flag(is_closed),
                "IsWon": soql.flag(is_won),
                "ForecastCategoryName": np.where(is_closed, "Closed", "Pipeline"),
                "created": rows["at"],
                "changed": rows["closes_at"].where(is_closed, rows["at"]),
            }
        )

    def cases(self) -> pd.DataFrame:
        """Companies' buyers complain to the sales team; everybody else to the support desk (zendesk.py)."""
        tickets, met = self.lives.tickets, self.sales.contacts.groupby("person")["at"].min()
        rows = tickets[tickets["person"].map(self.people["is_business"]).astype(bool)].reset_index(drop=True)
        rows = self._known(rows.assign(number=rows.index + 1, is_known=rows["at"] > rows["person"].map(met)))
        is_closed, contact = self._is_past(rows["solved_at"]), rows["person"].where(rows["is_known"])
        return pd.DataFrame(
            {
                "Id": soql.ids("Case", rows["number"]),
                "CaseNumber": rows["number"].map("{:08d}".format),
                "ContactId": soql.ids("Contact", contact),
                "AccountId": soql.ids("Account", contact.map(self.people["company"])),
                "SuppliedEmail": rows["person"].map(self.people["email"]).mask(rows["is_known"]),
                "Type": np.where(rows["is_complaint"], "Problem", "Question"),
                "Status": np.where(is_closed, "Closed", "Working"),
                "Origin": "Email",
                "Subject": np.where(
                    rows["is_complaint"], "包裹破损 Parcel arrived damaged", "何时发货 When will it ship"
                ),
                "Priority": np.where(rows["is_complaint"], "High", "Medium"),
                "IsClosed": soql.flag(is_closed),
                "ClosedDate": soql.times(rows["solved_at"].where(is_closed), self.calendar),
                "created": rows["at"],
                "changed": rows["solved_at"].where(is_closed, rows["at"]),
            }
        )

    def campaigns(self) -> pd.DataFrame:
        known = [season for season in self.calendar.campaigns if season.start < self.day]
        is_active = [season.end >= self.day for season in known]
        return pd.DataFrame(
            {
                "Id": [soql.salesforce_id("Campaign", season.number) for season in known],
                "Name": [season.name for season in known],
                "Type": "Email",
                "Status": np.where(is_active, "In Progress", "Completed"),
                "StartDate": [season.start.isoformat() for season in known],
                "EndDate": [season.end.isoformat() for season in known],
                "BudgetedCost": [500 * season.peak for season in known],
                "IsActive": soql.flag(is_active),
                "created": [(season.start - self.calendar.first_day).days - 14.0 for season in known],
            }
        )

    def campaign_members(self) -> pd.DataFrame:
        rows = self._known(self.sales.invitations)
        has_responded = self._is_past(rows["responded_at"])
        return pd.DataFrame(
            {
                "Id": soql.ids("CampaignMember", rows["season"] * 10**8 + rows["person"]),
                "CampaignId": soql.ids("Campaign", rows["season"]),
                "LeadId": soql.ids("Lead", rows["person"].mask(rows["as_contact"])),
                "ContactId": soql.ids("Contact", rows["person"].where(rows["as_contact"])),
                "Status": np.where(has_responded, "Responded", "Sent"),
                "HasResponded": soql.flag(has_responded),
                "FirstRespondedDate": self._days(rows["responded_at"].where(has_responded)),
                "created": rows["at"],
                "changed": rows["responded_at"].where(has_responded, rows["at"]),
            }
        )

    def tasks(self) -> pd.DataFrame:
        rows = self._known(self.sales.calls)
        return pd.DataFrame(
            {
                "Id": soql.ids("Task", 6 * rows["person"] + rows["call"]),
                "WhoId": soql.ids("Contact", rows["person"]),
                "AccountId": soql.ids("Account", rows["person"].map(self.people["company"])),
                "Subject": "电话回访 Call",
                "ActivityDate": self._days(rows["at"]),
                "Status": "Completed",
                "Priority": "Normal",
                "IsClosed": "1",
                "CallDurationInSeconds": rows["seconds"],
                "CallType": "Outbound",
                "TaskSubtype": "Call",
                "created": rows["at"],
            }
        )

    def _known(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[self._is_past(rows["at"])]

    def _is_past(self, moments: pd.Series) -> pd.Series:
        return moments < (self.day - self.calendar.first_day).days

    def _choice(self, question: str, choices: list, number: pd.Series) -> list:
        return [choices[place] for place in self.dice.whole(question, 0, len(choices) - 1, number)]

    def _phones(self, question: str, who: pd.DataFrame, number: pd.Series) -> pd.Series:
        styles = self.dice.whole(question, 0, 3, number)
        return pd.Series([written_phone(p, s) for p, s in zip(who["phone"], styles, strict=True)], who.index)

    def _days(self, moments: pd.Series) -> pd.Series:
        return soql.times(moments, self.calendar).str[:10]
