"""Shops and payments."""

from tests.orchestration.ingestion.faithful.export import Faithful, filled, table

WOO = (
    "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),Company (Billing),"
    "Address 1&2 (Billing),City (Billing),State Code (Billing),Postcode (Billing),Country Code (Billing),"
    "Email (Billing),Phone (Billing),Payment Method Title,Cart Discount Amount,Order Subtotal Amount,"
    "Shipping Method Title,Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount,SKU,"
    "Item #,Item Name,Quantity (- Refund),Item Cost,Coupon Code,Discount Amount"
)
WOO_ORDER = {
    "Order Number": "1041",
    "Order Status": "wc-completed",
    "Order Date": "2024-03-01 10:22:33",
    "Email (Billing)": "ada@example.com",
    "Order Total Amount": "25.00",
}
SHOPIFY_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,"
    "Tags"
)
STRIPE = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,"
    "Converted Currency,Decline Reason,Description,Fee,Is Link,Link Funding,Mode,PaymentIntent ID,Payment Source Type,"
    "Refunded date (UTC),Statement Descriptor,Status,Seller Message,Taxes On Fee,Card ID,Card Last4,Card Brand,"
    "Customer ID,Customer Description,Customer Email,Invoice ID,Transfer,order_id (metadata)"
)
EXPORTS = [
    Faithful(
        "woocommerce/orders",
        "orders-2024-03-01.csv",
        table(
            WOO,
            filled(WOO, **WOO_ORDER, **{"SKU": "T", "Item #": "1", "Item Name": "Tea", "Quantity (- Refund)": "2"}),
            filled(WOO, **WOO_ORDER, **{"SKU": "C", "Item #": "2", "Item Name": "Cup", "Quantity (- Refund)": "1"}),
        ).encode(),
        [
            {"order_number": "1041", "order_status": "completed", "sku": "T", "total": "25.00"},
            {"order_number": "1041", "order_status": "completed", "sku": "C", "total": "25.00"},
        ],
    ),
    Faithful(
        "shopify/customers",
        "customers_export.csv",
        table(
            SHOPIFY_CUSTOMERS,
            "'7210448301122,Ada,Lovelace,ada@example.com,yes,,1 Street,,Los Angeles,CA,US,'90210,,'+1 555-0100,no,"
            "25.00,2,,no,VIP 🎉",
            line_end="\n",
        ).encode(),
        [{"customer_id": "7210448301122", "email": "ada@example.com", "phone": "+1 555-0100", "zip": "90210"}],
    ),
    Faithful(
        "stripe/payments",
        "unified_payments.csv",
        table(
            STRIPE,
            filled(
                STRIPE,
                **{
                    "id": "ch_3Nx",
                    "Created date (UTC)": "2026-06-05 20:38",
                    "Amount": "1,000.00",
                    "Amount Refunded": "0.00",
                    "Currency": "usd",
                    "Captured": "true",
                    "Status": "Paid",
                    "Card Last4": "0042",
                    "order_id (metadata)": "1041",
                },
            ),
        ).encode(),
        [
            {
                "payment_id": "ch_3Nx",
                "amount": "1000.00",
                "currency": "usd",
                "card_last4": "0042",
                "created_at": "2026-06-05 20:38",
            }
        ],
    ),
]
