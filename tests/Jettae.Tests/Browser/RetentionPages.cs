namespace Jettae.Tests;

/// <summary>The program on a file of its own, of which runs past their retention go.</summary>
public sealed class RetentionPages() : StudioPages(("JETTAE_RUN_RETENTION", "30d"))
{
    /// <summary>What is in the file is made older than it is.</summary>
    protected override int Nodes => 1;
}
