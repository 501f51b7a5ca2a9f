/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"
#include "client/operations.h"

/* What client.c (knowing the helper) and calls.c (telling it) share. */

G_BEGIN_DECLS

/* The proxy of org.suture.Helper1, or NULL before it was reached; borrowed. */
GDBusProxy *suture_client_get_proxy (SutureClient *self);
gboolean suture_client_is_interactive (SutureClient *self);
SutureOperations *suture_client_get_operations (SutureClient *self);

/* Copies what org.suture.Helper1, which is @proxy and has an owner, says. */
void suture_client_read_facts (SutureFacts *facts, GDBusProxy *proxy);

/* Looks whether operations have ended. */
void suture_client_settle (SutureClient *self);

/* Moves an error of a call into SUTURE_ERROR, with the bus's own additions to its text removed. Takes @error. */
GError *suture_client_translate_error (GError *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
