/**
 * File system types whose locks and syncs do not hold what SQLite needs (linux/magic.h): NFS, SMB, SMB2, CIFS, NCP, AFS, Coda,
 * Ceph, Lustre, OCFS2, GPFS.
 */
const networkTypes: ReadonlySet<number> = new Set([
  ...[0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x564c, 0x5346414f, 0x73757245],
  ...[0x00c36400, 0x0bd00bd0, 0x7461636f, 0x47504653],
]);

/** Names of mounts that reach over a network, also those which the kernel only knows as FUSE. */
const networkNames =
  /^(nfs4?|cifs|smb3?|smbfs|ncpfs|afs|ceph|lustre|gpfs|ocfs2|fuse\.(sshfs|rclone|davfs|davfs2|s3fs|goofys|gvfsd-fuse|glusterfs|ceph))$/;

/** @param type `statfs`'s `type`, which Node may give as a negative number */
export const isNetworkType = (type: number): boolean => networkTypes.has(type >>> 0);

/** @param name a mount's type as /proc/self/mountinfo names it */
export const isNetworkMount = (name: string): boolean => networkNames.test(name);

/** Whether a Windows path names a share: `\\server\share`, also in its long form; `\\?\C:\` and `\\.\` name none. */
export const isSharePath = (path: string): boolean =>
  /^[\\/]{2}(?![?.])/.test(path) || /^[\\/]{2}\?[\\/]UNC[\\/]/i.test(path);
