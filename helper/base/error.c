/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"

#include <errno.h>

static const GDBusErrorEntry entries[] = {
  { SUTURE_ERROR_FAILED, SUTURE_ERROR_NAME_PREFIX "Failed" },
  { SUTURE_ERROR_NOT_AUTHORIZED, SUTURE_ERROR_NAME_PREFIX "NotAuthorized" },
  { SUTURE_ERROR_INVALID_ARGUMENT, SUTURE_ERROR_NAME_PREFIX "InvalidArgument" },
  { SUTURE_ERROR_NOT_FOUND, SUTURE_ERROR_NAME_PREFIX "NotFound" },
  { SUTURE_ERROR_NOT_APPLICABLE, SUTURE_ERROR_NAME_PREFIX "NotApplicable" },
  { SUTURE_ERROR_BUSY, SUTURE_ERROR_NAME_PREFIX "Busy" },
  { SUTURE_ERROR_CANCELLED, SUTURE_ERROR_NAME_PREFIX "Cancelled" },
  { SUTURE_ERROR_NOT_CANCELLABLE, SUTURE_ERROR_NAME_PREFIX "NotCancellable" },
  { SUTURE_ERROR_NO_SOURCE, SUTURE_ERROR_NAME_PREFIX "NoSource" },
  { SUTURE_ERROR_MALFORMED, SUTURE_ERROR_NAME_PREFIX "Malformed" },
  { SUTURE_ERROR_SIGNATURE, SUTURE_ERROR_NAME_PREFIX "Signature" },
  { SUTURE_ERROR_HASH, SUTURE_ERROR_NAME_PREFIX "Hash" },
  { SUTURE_ERROR_STALE, SUTURE_ERROR_NAME_PREFIX "Stale" },
  { SUTURE_ERROR_ROLLBACK, SUTURE_ERROR_NAME_PREFIX "Rollback" },
  { SUTURE_ERROR_NETWORK, SUTURE_ERROR_NAME_PREFIX "Network" },
  { SUTURE_ERROR_NO_SPACE, SUTURE_ERROR_NAME_PREFIX "NoSpace" },
  { SUTURE_ERROR_INTERRUPTED, SUTURE_ERROR_NAME_PREFIX "Interrupted" },
  { SUTURE_ERROR_RATE_LIMITED, SUTURE_ERROR_NAME_PREFIX "RateLimited" },
  { SUTURE_ERROR_UNAVAILABLE, SUTURE_ERROR_NAME_PREFIX "Unavailable" },
  { SUTURE_ERROR_CONFIGURATION, SUTURE_ERROR_NAME_PREFIX "Configuration" },
  { SUTURE_ERROR_NOT_SIGNED_IN, SUTURE_ERROR_NAME_PREFIX "NotSignedIn" },
  { SUTURE_ERROR_MANAGED, SUTURE_ERROR_NAME_PREFIX "Managed" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (entries) == SUTURE_N_ERRORS);

GQuark
suture_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("suture-error-quark", &quark, entries, G_N_ELEMENTS (entries));
  return (GQuark) quark;
}

const char *
suture_error_to_name (int code)
{
  if (code < 0 || code >= SUTURE_N_ERRORS)
    code = SUTURE_ERROR_FAILED;
  return entries[code].dbus_error_name + strlen (SUTURE_ERROR_NAME_PREFIX);
}

SutureError
suture_error_from_name (const char *name)
{
  for (int code = 0; name != NULL && code < SUTURE_N_ERRORS; code++)
    if (g_str_equal (name, suture_error_to_name (code)))
      return (SutureError) code;
  return SUTURE_ERROR_FAILED;
}

gboolean
suture_error_set_errno (GError **error, int errsv, const char *format, ...)
{
  gboolean full = errsv == ENOSPC || errsv == EDQUOT;
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, SUTURE_ERROR, full ? SUTURE_ERROR_NO_SPACE : SUTURE_ERROR_FAILED, "%s: %s", what,
               g_strerror (errsv));
  return FALSE;
}

gboolean
suture_error_set_about (GError **error, SutureError code, const char *about, const char *format, va_list args)
{
  g_autofree char *what = g_strdup_vprintf (format, args);

  g_set_error (error, SUTURE_ERROR, code, "%s %s", about, what);
  return FALSE;
}
