/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/file.h"

G_BEGIN_DECLS

/* A read-only loop device over the file @image, which clears itself after its last user. @path (out): the device's node,
 * at most @length bytes. The descriptor keeps it alive until it is mounted. -1 with @error. */
int suture_loop_open (int image, char *path, gsize length, GError **error);

G_END_DECLS
