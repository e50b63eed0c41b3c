using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class QuotasAndTurns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "served_at",
                table: "teams",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "team_quotas",
                columns: table => new
                {
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    queued_jobs = table.Column<int>(type: "integer", nullable: true),
                    running_jobs = table.Column<int>(type: "integer", nullable: true),
                    stored_bytes = table.Column<long>(type: "bigint", nullable: true),
                    data_sets = table.Column<int>(type: "integer", nullable: true),
                    models = table.Column<int>(type: "integer", nullable: true),
                    requests_per_second = table.Column<int>(type: "integer", nullable: true),
                    event_streams = table.Column<int>(type: "integer", nullable: true),
                    weight = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_team_quotas", x => x.team_id);
                    table.ForeignKey(
                        name: "fk_team_quotas_teams_team_id",
                        column: x => x.team_id,
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_team_id_queue_queued_at",
                table: "jobs",
                columns: new[] { "team_id", "queue", "queued_at" },
                filter: "state = 'queued'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "team_quotas");

            migrationBuilder.DropIndex(
                name: "ix_jobs_team_id_queue_queued_at",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "served_at",
                table: "teams");
        }
    }
}
