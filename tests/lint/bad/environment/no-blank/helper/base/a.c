/* SPDX-License-Identifier: LGPL-2.1-or-later */
const char *
f (void)
{
  return getenv("HOME");
}
