using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class SessionsAndOperators : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "sessions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    api_key_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sessions", x => x.id);
                    table.ForeignKey(
                        name: "fk_sessions_api_keys_api_key_id",
                        column: x => x.api_key_id,
                        principalTable: "api_keys",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_api_key_id",
                table: "sessions",
                column: "api_key_id");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_hash",
                table: "sessions",
                column: "hash",
                unique: true);

            // Until now an admin was of every team; who held that goes on to, and new keys choose.
            migrationBuilder.Sql(
                "update api_keys set scopes = array_append(scopes, 'operator') where 'admin' = any(scopes) and 'operator' <> all(scopes)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "sessions");
        }
    }
}
