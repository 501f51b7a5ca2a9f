/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The commands and exit states, behind the options in --help; static. */
const char *suture_usage_commands (void);

G_END_DECLS
