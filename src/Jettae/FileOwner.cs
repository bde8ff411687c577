using System.Runtime.InteropServices;
using System.Text;

namespace Jettae;

/// <summary>
/// What the program writes is its user's only. Root may write anywhere, and what it leaves among a service's files that service
/// could not read any more.
/// </summary>
internal static class FileOwner
{
    private const int FromHere = -100;
    private const uint Owner = 8;

    /// <summary>In what <c>statx</c> answers, the same on all kinds of machine.</summary>
    private const int OwnerAt = 20;
    private const int Length = 256;

    /// <exception cref="SettingsException">The program is root, and the file or folder is there and another user's.</exception>
    public static void RefuseRoot(string path)
    {
        var found = new byte[Length];
        if (
            OperatingSystem.IsLinux()
            && Environment.IsPrivilegedProcess
            && Statx(FromHere, Encoding.UTF8.GetBytes(path + '\0'), 0, Owner, found) == 0
            && BitConverter.ToUInt32(found, OwnerAt) is not 0 and var user
        )
            throw new SettingsException(
                $"{path} belongs to the user {user}, who could not read what root writes there: run this as that user "
                    + "(deploy/README.md says how with the systemd unit)."
            );
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, byte[] path, int flags, uint asked, byte[] found);
}
