/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What this is. */

int suture_a_first (void);

int suture_a_second (void);
