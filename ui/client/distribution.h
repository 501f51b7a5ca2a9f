/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What people call the system that this computer runs. */

G_BEGIN_DECLS

/* "Debian" of "Debian GNU/Linux", "Ubuntu" of "Ubuntu": @name without what no one says, clean. NULL where it is no name:
 * empty, or only "Linux", which is what stands for a name that is not known. */
char *suture_distribution_short (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The same of this computer (NAME in os-release(5)). */
char *suture_distribution_name (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
