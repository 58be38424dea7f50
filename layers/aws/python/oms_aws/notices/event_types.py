"""Types of events by the stage that tells them, and what each means to who subscribes to it."""

from __future__ import annotations

ORDERS = {
    "Order.Created": "An order is durably stored",
    "Order.Cancelled": "Pieces of an order were cancelled, or all of them",
    "Order.ChangeRequested": "A change waits until warehouses give back what it touches",
    "Order.ChangeDropped": "A change that waited for warehouses is not done",
    "Order.Changed": "Lines, addresses, shipping or payment of an order are different now",
    "Order.Stalled": "What an order should have had done to it was not: it is sent on again",
    "Order.Completed": "Nothing more will happen to an order",
    "Order.ErasureRequested": "The personal data of an order are to be erased",
    "Order.PersonErased": "The personal data of an order are gone: erase your copy",
}
SCREENING = {
    "Order.Screened": "An order went through all checks",
    "Order.Held": "An order waits for somebody's decision",
    "Order.Released": "A hold of an order was let go",
    "Order.HoldEscalated": "The deadline of a hold has passed: the team was told",
    "Order.AddressCorrected": "The address of an order was corrected, and is right now",
    "Order.Refused": "A check refused an order for good",
    "Credit.Reserved": "An order on account took credit of its customer",
    "Order.Approved": "One stage of an order's approval was given",
    "Order.Rejected": "Somebody of the customer's did not agree to an order",
    "Approval.Reminded": "Half of the time to approve an order has passed",
    "Approval.Escalated": "The time to approve has passed: the substitute is asked as well",
}
SOURCING = {
    "Order.Sourced": "What master data says of an order's lines and customer was put on record",
    "Stock.Reserved": "Pieces of an order are promised from stock",
    "Stock.Released": "The reservation of a held order expired and was given back",
    "Line.Backordered": "Pieces of an order wait for stock",
    "Eta.Changed": "Waiting pieces are expected on another day than was said",
    "Backorder.Due": "The day has come on which waiting pieces were expected, or may be sold",
    "Backorder.Allocated": "Pieces that waited got stock",
    "Incoming.Changed": "A purchase order was stored anew, or goods of it have come",
    "Stock.Changed": "A warehouse counted other than before, took goods in, or keeps more or less",
    "Stock.Buffered": "A shop may sell more or fewer pieces of a SKU than before",
}
FULFILMENT = {
    "Fulfilment.Planned": "A warehouse was chosen for pieces of an order",
    "Fulfilment.Released": "A fulfilment was offered to its warehouse",
    "Fulfilment.RecallRequested": "A warehouse is asked to give pieces back",
    "Fulfilment.RecallAccepted": "A warehouse has put recalled pieces back on the shelf",
    "Fulfilment.RecallRefused": "A warehouse cannot give recalled pieces back any more",
    "Fulfilment.Packed": "A fulfilment is in parcels",
    "Shipment.Confirmed": "A fulfilment has left the warehouse",
    "Shipment.Tracked": "A carrier scanned a parcel",
    "Shipment.Failed": "A parcel could not be delivered, or is sent back",
    "Shipment.Overdue": "A parcel that failed to arrive is neither delivered nor back in time",
    "Shipment.Returned": "Every parcel of a fulfilment is back where it came from",
    "Order.ReturnAwaited": "Pieces are to come back, with an RMA number on their parcel",
    "Order.PiecesReturned": "Pieces came back that the customer had got",
    "Shipment.Delivered": "Every parcel of a fulfilment has arrived",
}
BILLING = {
    "Invoice.Awaited": "A shipment is billed with the rest, by the invoice that deducts deposits",
    "Invoice.Issued": "An invoice got its number",
    "Invoice.Deferred": "A shipment is billed later, with others of its customer",
    "Invoice.Reduced": "Something of a shipment was taken back before it was billed",
    "Invoice.Collected": "An order has its share of a collective invoice, or of its cancellation",
    "CreditNote.Issued": "A credit note got its number",
    "Document.Validated": "The e-invoice of a document passed the official rules",
    "Document.Rejected": "The e-invoice of a document breaks rules and waits for a clerk",
    "Document.Withdrawn": "A document that broke rules was cancelled; nobody is sent it",
    "Paper.Archived": "A paper that somebody asked for is in the archive: a delivery note, say",
    "Document.Archived": "The PDF of a document is in the archive",
    "Bill.Opened": "The first shipment of a customer's period is to be billed with others",
    "Bill.Closed": "A customer's period is over: what was collected is billed now",
    "Bill.Planned": "Which documents bill what was collected",
    "Bill.Credited": "An order got a credit note for a part of a collective invoice",
    "Bill.Cancelled": "All that was left of a collective invoice is taken back",
    "Bill.Stalled": "What a bill should have had done to it was not: it is sent on again",
    "Bill.Settled": "Every order of a bill has its shares of its documents",
}
PAYMENTS = {
    "Payment.Received": "Money came for an order",
    "Invoice.Overdue": "An invoice is open beyond its day, or beyond that of its last letter",
    "Dunning.Planned": "It was decided when an open invoice is looked at again, or never",
    "Invoice.Reminded": "A payment reminder was written",
    "Invoice.Dunned": "A dunning letter was written",
    "Letter.Archived": "The PDF of a reminder or dunning letter is in the archive",
    "Dunning.Held": "Somebody wants no letter of an invoice for a while, or lets them go on",
    "Payment.Reminded": "The customer is reminded to pay in advance",
    "Payment.Authorised": "There is another authorisation for what is still to be captured",
    "Payment.Captured": "Money was captured for an invoice",
    "Payment.CaptureDeferred": "A capture waits for the last shipment",
    "Payment.CaptureDue": "A capture cannot wait for further shipments any longer",
    "Payment.Voided": "What was left of an authorisation is the customer's again",
    "Payment.Refunded": "Money went back to the customer",
    "Payment.Failed": "Money could not be captured, given back or let go: a clerk looks at it",
    "Payment.Retried": "Money that could not be moved is to be tried again",
    "Payment.Left": "Money that could not be moved comes, or goes back, on another way",
    "Payment.Disputed": "A customer disputes a payment with their bank, or that stands otherwise",
}
RETURNS = {
    "Withdrawal.Received": "A consumer withdraws from a contract: the statement is stored",
    "Withdrawal.Acknowledged": "The receipt of a withdrawal went out by mail",
    "Withdrawal.Unacknowledged": "No receipt of a withdrawal went out in time: somebody sends one",
    "Withdrawal.Unmatched": "Nobody could tell which order a withdrawal is about: a clerk looks",
    "Withdrawal.Matched": "The order of a withdrawal is known, and the verdict on each line",
    "Withdrawal.Decided": "A clerk accepted or declined lines that the law leaves to the merchant",
    "Withdrawal.Stopped": "What had not left of a withdrawal is cancelled or recalled",
    "Withdrawal.RecallAnswered": "A warehouse gave pieces of a withdrawal back, or could not",
    "Withdrawal.GoodsProved": "The goods of a withdrawal are back, or it is proved they were sent",
    "Withdrawal.GoodsOverdue": "The goods of a withdrawal were to be sent back by now",
    "Withdrawal.RefundOverdue": "The refund of a withdrawal was due, and is not made",
    "Withdrawal.Refunded": "What was paid for what was withdrawn from has gone back",
    "Withdrawal.Closed": "A clerk closed a withdrawal, with a reason",
    "Withdrawal.ErasureRequested": "The personal data of a withdrawal are to be erased",
    "Withdrawal.PersonErased": "The personal data of a withdrawal are gone: erase your copy",
    "Return.Announced": "Goods are to come back, with this number on their parcel",
    "Return.Received": "A parcel came back, and what was in it was looked at",
    "Return.Decided": "A clerk decided whether pieces that came back are paid back",
    "Return.Credited": "What came back is credited; the money follows the credit note",
    "Return.Uncredited": "What came back could not be credited: a clerk has to see why",
    "Return.Overdue": "What was announced has not come back in time",
    "Return.Closed": "Nothing more is expected of a return",
}
NOTICES = {
    "Notification.Sent": "The customer was told by mail",
    "Webhook.Exhausted": "A delivery to a webhook was given up",
    "Webhook.Paused": "An endpoint of the same keeper gets nothing for now",
    "Webhook.Resumed": "An endpoint of the same keeper works again, or goes on",
    "Webhook.Test": "Somebody tries whether an endpoint works: that alone is sent this",
}
RECORDS = {
    "Export.Requested": "Somebody wants an export of the books",
    "Export.Written": "The files of an export are in the archive",
    "Export.Refused": "An export cannot be written from the vouchers as they are",
}

TOLD_BY: dict[str, dict[str, str]] = {
    "orders": ORDERS,
    "screening": SCREENING,
    "sourcing": SOURCING,
    "fulfilment": FULFILMENT,
    "billing": BILLING,
    "payments": PAYMENTS,
    "returns": RETURNS,
    "notices": NOTICES,
    "records": RECORDS,
}
"""Meanings of the events that a stage tells, by their types; the stage is whose matter it is."""

MEANING = {type: text for told in TOLD_BY.values() for type, text in told.items()}
"""Meanings of all events, by their types."""
