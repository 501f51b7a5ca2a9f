/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A row of ed25519 keys, the same in every run. What one of them has signed once is remembered. */

G_BEGIN_DECLS

#define MODEL_SIGNERS 32

typedef guint32 ModelKeys; /* a set of keys: bit N is key N */

/* The key's id in metadata, and its object in "keys" (canonical JSON); static. */
const char *model_signer_id (guint key);
char *model_signer_public (guint key) G_GNUC_WARN_UNUSED_RESULT;

/* The signature in hex; valid until the next call. */
const char *model_signer_sign (guint key, const GString *body);

G_END_DECLS
