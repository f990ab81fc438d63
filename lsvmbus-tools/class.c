// SPDX-License-Identifier: GPL-2.0
/*
 * class.c - what the class of a VMBus device is called
 *
 * The GUIDs are those of include/linux/hyperv.h, and of WSL's graphics driver (dxgkrnl), which is
 * not in it. The names are those that tools/hv/lsvmbus prints, so that its users find them again.
 * In brackets: services of the host rather than devices.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "class.h"

static const struct class classes[] = {
	{ "f8615163-df3e-46c5-913f-f2d2f965ed0e", "Synthetic network adapter", true },
	{ "32412632-86cb-44a2-9b5c-50d1417354f5", "Synthetic IDE Controller", true },
	{ "ba6163d9-04a1-4d29-b605-72e2ffb1dc7f", "Synthetic SCSI Controller", true },
	{ "2f9bcc4a-0069-4af3-b76b-6fd0be528cda", "Synthetic fiber channel adapter", true },
	{ "8c2eaf3d-32a7-4b09-ab99-bd1f1c86b501", "Synthetic RDMA adapter", true },
	{ "44c4f61d-4444-4400-9d52-802e27ede19f", "PCI Express pass-through", false },
	{ "da0a7802-e377-4aac-8e77-0558eb1073f8", "Synthetic framebuffer adapter", false },
	{ "f912ad6d-2b17-48ea-bd65-f927a61c7684", "Synthetic keyboard", false },
	{ "cfa8b69e-5b4a-4cc0-b98b-8ba1a1f3f95a", "Synthetic mouse", false },
	{ "dde9cbc0-5060-4436-9448-ea1254a5d177", "GPU paravirtualization", false },
	{ "6e382d18-3336-4f4b-acc4-2b7703d4df4a", "Paravirtual GPU", false },
	{ "0e0b6031-5213-4934-818b-38d90ced39db", "[Operating system shutdown]", false },
	{ "9527e630-d0ae-497b-adce-e80ab0175caf", "[Time Synchronization]", false },
	{ "57164f39-9115-4e78-ab55-382f3bd5422d", "[Heartbeat]", false },
	{ "a9a0f4e7-5a45-4d96-b827-8a841e8c03e6", "[Data Exchange]", false },
	{ "35fa2e29-ea23-4236-96ae-3a6ebacba440", "[Backup (volume checkpoint)]", false },
	{ "34d14be3-dee4-41c8-9ae7-6b174977c192", "[Guest services]", false },
	{ "525074dc-8985-46e2-8057-a307dc18a502", "[Dynamic Memory]", false },
	/* Nothing for Linux: automatic activation (2), remote desktop, initial configuration. */
	{ "f8e65716-3cb3-4a06-9a60-1889c5cccab5", "[Reserved system device]", false },
	{ "3375baf4-9e15-4b30-b765-67acb10d607b", "[Reserved system device]", false },
	{ "276aacf4-ac15-426c-98dd-7521ad3f01fe", "[Reserved system device]", false },
	{ "c376c1c3-d276-48d2-90a9-c04748072c60", "[Reserved system device]", false },
};

static const struct class unknown = { "", "Unknown", false };

/**
 * class_find() - look up a class
 * @class_id: as in the file class_id: a GUID in braces
 *
 * Return: the class, or one called "Unknown".
 */
const struct class *class_find(const char *class_id)
{
	size_t i;

	if (class_id[0] == '{' && strlen(class_id) == 38 && class_id[37] == '}')
		for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
			if (!strncasecmp(class_id + 1, classes[i].guid, 36))
				return &classes[i];
	return &unknown;
}
