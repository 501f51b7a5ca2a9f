/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Images belong to root, and so has what they are compared with. */

G_BEGIN_DECLS

/* Who is not root becomes it in a user namespace of this process alone, where every file is the caller's own. Before any
 * thread is started, and only by a command that makes or compares images. */
gboolean suture_rights_be_root (GError **error);

G_END_DECLS
