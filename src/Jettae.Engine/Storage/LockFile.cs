namespace Jettae.Engine;

/// <summary>Beside what one program alone may use, for as long as it does.</summary>
public static class LockFile
{
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;
    private const int SharingViolation = 32;

    /// <summary>Takes it, until what is answered is disposed of; a program that dies leaves it free.</summary>
    /// <param name="file">The lock file. It may be there or not; its folder is.</param>
    /// <param name="guarded">What is used, as it is to be named to who comes second.</param>
    /// <exception cref="StoreInUseException">Somebody has it.</exception>
    /// <exception cref="IOException">The file cannot be opened for another reason.</exception>
    public static FileStream Take(string file, string guarded)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held) when ((held.HResult & 0xFFFF) is WouldBlock or WouldBlockOnMac or SharingViolation)
        {
            throw new StoreInUseException(
                $"Another Jettae already runs on {guarded}. Stop it, or give this one a data folder of its own."
            );
        }
    }
}
