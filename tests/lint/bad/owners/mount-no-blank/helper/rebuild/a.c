/* SPDX-License-Identifier: LGPL-2.1-or-later */
void
f (void)
{
  umount2("/usr", 2);
}
