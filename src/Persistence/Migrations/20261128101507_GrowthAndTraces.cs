using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class GrowthAndTraces : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "traceparent",
                table: "jobs",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "job_tallies",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    state = table.Column<string>(type: "text", nullable: false),
                    failure_class = table.Column<string>(type: "text", nullable: false, defaultValue: ""),
                    jobs = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_job_tallies", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_state",
                table: "jobs",
                column: "state",
                filter: "finished_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_team_id_name_id",
                table: "jobs",
                columns: new[] { "team_id", "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_team_id_state_id",
                table: "jobs",
                columns: new[] { "team_id", "state", "id" });

            migrationBuilder.Sql(TallyTrigger.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(TallyTrigger.Drop);

            migrationBuilder.DropTable(
                name: "job_tallies");

            migrationBuilder.DropIndex(
                name: "ix_jobs_state",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_team_id_name_id",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_team_id_state_id",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "traceparent",
                table: "jobs");
        }
    }
}
