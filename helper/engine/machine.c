/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/machine.h"

#include <fcntl.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/paths.h"

#define ID_BYTES 16
#define ID_DIGITS (2 * ID_BYTES)

/* Made by systemd-id128(1) for Suture; another one would change every machine's turn. */
static const guint8 application[ID_BYTES] = { 0xae, 0xb4, 0x77, 0x6e, 0x86, 0x0a, 0x43, 0xc2,
                                              0x8b, 0xac, 0x7e, 0x92, 0x4f, 0x69, 0x4a, 0x05 };

/* "32 lower-case hex digits and a line feed": machine-id(5). "uninitialized" and all zeros are none. */
static gboolean
parse (GBytes *bytes, guint8 *id)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gboolean nothing = TRUE;

  if (length != ID_DIGITS && (length != ID_DIGITS + 1 || text[ID_DIGITS] != '\n'))
    return FALSE;
  for (gsize i = 0; i < ID_BYTES; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]);
      int low = g_ascii_xdigit_value (text[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      id[i] = (guint8) (high << 4 | low);
      nothing = nothing && id[i] == 0;
    }
  return !nothing;
}

char *
suture_machine_read_id (void)
{
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, suture_path (SUTURE_PATH_MACHINE_ID), ID_DIGITS + 1, NULL);
  guint8 machine[ID_BYTES];
  guint8 code[SUTURE_DIGEST_HMAC];
  GString *id = NULL;

  if (bytes == NULL || !parse (bytes, machine))
    return NULL;
  suture_digest_hmac (machine, sizeof machine, application, sizeof application, code);
  code[6] = (code[6] & 0x0f) | 0x40; /* version 4, variant 1: RFC 4122, section 4.4 */
  code[8] = (code[8] & 0x3f) | 0x80;
  id = g_string_new (NULL);
  for (gsize i = 0; i < ID_BYTES; i++)
    g_string_append_printf (id, "%02x", code[i]);
  return g_string_free (id, FALSE);
}
