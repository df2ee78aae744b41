namespace Pgmux.Transport.Native;

/// <summary>Which file a path names: device and inode, and whether it is a socket.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode, bool IsSocket);
