/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

int suture_a_first (void);
