using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Jettae.Studio;

/// <summary>The keys that protect cookies, forms and stored secrets, where all nodes find them.</summary>
internal sealed class ProtectionKeys(PostgresStudioStore store) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = Opened();
        using var read = new NpgsqlCommand("SELECT element FROM jettae_studio.protection_keys", connection);
        using var rows = read.ExecuteReader();
        var found = new List<XElement>();
        while (rows.Read())
            found.Add(XElement.Parse(rows.GetString(0)));
        return found;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = Opened();
        using var write = new NpgsqlCommand(
            "INSERT INTO jettae_studio.protection_keys (name, element) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            connection
        );
        write.Parameters.Add(new() { Value = friendlyName });
        write.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
        write.ExecuteNonQuery();
    }

    private NpgsqlConnection Opened()
    {
        // Asked for by code that cannot wait otherwise; the tables are there long before.
        store.PrepareAsync().GetAwaiter().GetResult();
        var connection = new NpgsqlConnection(store.Connection);
        connection.Open();
        return connection;
    }
}
