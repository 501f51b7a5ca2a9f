#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
def test_s05_reads(ring_):
    """S17"""
