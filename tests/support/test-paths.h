/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/paths.h"

/* The path provider of tests: every path of base/paths.h below one folder of the test. */

/* Makes a fresh temporary folder and puts every path below it (usr/, run/base, etc/feeds.d …), the folders made,
 * usr/lib/os-release written for Debian 12. Returns the folder; static until the next call. */
const char *test_paths_init (void);

/* Removes the folder and everything in it. */
void test_paths_clear (void);
