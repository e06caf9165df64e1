import { X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OPCUACertificateManager } from 'node-opcua-certificate-manager';

/**
 * Our certificate and key, made once and kept in `folder`, and whom we let in. Written by node-opcua's own cryptography: no program of OpenSSL is
 * called. A certificate that knocks leaves nothing behind: anybody who reaches the port could fill the disk with them otherwise.
 *
 * @param clients certificates (PEM) of the only clients that may connect; undefined: any, since each signs in besides
 */
export async function openCertificates(
  folder: string,
  clients: readonly string[] | undefined,
): Promise<OPCUACertificateManager> {
  const { OPCUACertificateManager } = await import('node-opcua-certificate-manager');
  class Certificates extends OPCUACertificateManager {
    override trustCertificate = async (): Promise<void> => undefined;
    override rejectCertificate = async (): Promise<void> => undefined;
    letIn(certificate: string): Promise<void> {
      return super.trustCertificate(new X509Certificate(certificate).raw);
    }
  }
  // Whom an earlier setting let in.
  await Promise.all(['trusted', 'rejected'].map((name) => rm(join(folder, name), { recursive: true, force: true })));
  const certificates = new Certificates({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: clients === undefined,
    disableFileWatchers: true,
  });
  await certificates.initialize();
  for (const client of clients ?? []) await certificates.letIn(client);
  return certificates;
}
