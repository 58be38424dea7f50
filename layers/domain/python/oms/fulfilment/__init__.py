"""Fulfilment: labels, slips, and the way of a parcel."""
