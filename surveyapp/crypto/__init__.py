"""Blind signatures, envelopes, trees and receipts: pure functions with public test vectors."""
