/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The real name, or else the login name, of a user of this computer, clean; NULL for an unknown @uid. */
char *suture_user_name (guint32 uid) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
