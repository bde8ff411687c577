using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Texts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(WrittenElsewhere.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE jettae_studio.texts");
        }
    }
}
