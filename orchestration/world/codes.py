"""The words behind the numbers of the books: a code is the position of its word here. Words only."""

COUNTRIES = ("China", "United Kingdom", "United States", "Canada")
CURRENCIES = ("CNY", "GBP", "USD", "CAD")  # of the country with the same position
GENDERS = ("female", "male")
PLACES = ("shop", "market", "b2b", "store")  # Shopify online, Tmall, contracts (ERP), Shopify point of sale
ORIGINS = ("base", "campaign", "b2b")  # own rhythm (BG/NBD), only because of a campaign, delivery under a contract
CHANNELS = ("direct", "organic", "paid_search", "social", "email", "sms", "affiliate", "referral", "event", "store")
PAYMENTS = ("alipay", "wechat", "card", "paypal", "cash", "bank_transfer", "balance", "cash_on_delivery")
BAD = ("fine", "late", "damaged", "wrong_item", "lost")
REFUND_REASONS = ("changed_mind", "does_not_fit", "bad_delivery", "refused", "cancelled")
DEVICES = ("phone", "desktop", "tablet", "shop_tablet")
EVENTS = ("page", "search", "product_viewed", "product_added", "checkout_started", "order_completed", "identify")
STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost")
LEAD_STATUSES = ("open", "working", "nurturing", "converted", "unqualified")
LEAD_KINDS = ("retail", "hospitality", "education", "manufacturing", "technology", "private")
COMPETITORS = ("none", "Northwind Trading", "云杉商贸", "Bluebird Supply", "恒信优选", "in-house")
QUOTE_STATUSES = ("draft", "superseded", "rejected", "accepted")
TASKS = ("call", "email", "meeting")
OUTCOMES = ("no_answer", "reached", "voicemail", "not_interested", "interested")
TOPICS = ("delivery", "quality", "refund", "invoice", "product", "account", "contract")
TICKET_CHANNELS = ("email", "chat", "phone", "web", "wechat")
PRIORITIES = ("low", "normal", "high", "urgent")
TICKET_STATUSES = ("open", "pending", "solved", "closed")
SCORES = ("unoffered", "offered", "bad", "good")
VISIT_RESULTS = ("satisfied", "not_satisfied", "not_reached")
POINT_REASONS = ("order", "redeemed", "expired", "birthday", "refund")
COUPONS = ("new_member", "season", "birthday", "apology")
LEVELS = ("none", "silver", "gold", "platinum", "black")
ROLES = ("alone", "spouse", "parent", "child", "twin")
STAFF_ROLES = ("rep", "agent", "clerk", "sales_lead", "support_lead", "marketer", "analyst")
SYSTEMS = ("contact", "lead", "shopify", "tmall", "youzan", "zendesk", "segment")  # where a person may have records
TRAPS = (
    *("family_mailbox", "switchboard", "shop_tablet", "recycled_phone", "twins", "father_and_son"),
    *("commonest_name", "assistant", "shared_nickname", "dummy_phone", "dummy_email", "dummy_text"),
)
